/** A credential that was issued, with the word for its kind that findings use. */
export interface Credential {
  readonly kind: string;
  readonly value: string;
}

/** Anything shorter would be found by chance. */
const shortest = 8;

/**
 * The texts by which a credential is recognised: itself, URL-encoded, in base64 at any offset (as
 * within an encoded `user:token`), and the signature of a JWT alone.
 */
export function credentialForms({ value }: Credential): string[] {
  const forms = [value, encodeURIComponent(value), ...base64Forms(value), ...signature(value)];
  return [...new Set(forms)].filter((form) => form.length >= shortest);
}

/** The part of the base64 text that only the value decides, for each of three alignments. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
    const start = Math.ceil((offset * 4) / 3);
    const end = Math.floor(((offset + bytes.length) * 4) / 3);
    const form = text.slice(start, end);
    return [form, form.replaceAll('-', '+').replaceAll('_', '/')];
  });
}

function signature(value: string): string[] {
  return /^[\w-]+\.[\w-]+\.([\w-]{20,})$/.exec(value)?.slice(1) ?? [];
}

interface KnownForm {
  readonly kind: string;
  readonly form: string;
}

/**
 * Knows every form of every credential; finds them in texts and takes them out of texts. A long job
 * has thousands of them, and as many lines: so each place of a text is asked for the end of a form.
 */
export class CredentialSearch {
  readonly #forms: readonly KnownForm[];
  /** By their last characters: tokens begin alike, and end with a signature. */
  readonly #byEnd = new Map<string, KnownForm[]>();

  constructor(credentials: readonly Credential[]) {
    this.#forms = credentials.flatMap((credential) =>
      credentialForms(credential).map((form) => ({ kind: credential.kind, form })),
    );
    for (const known of this.#forms) {
      const end = known.form.slice(-shortest);
      this.#byEnd.set(end, [...(this.#byEnd.get(end) ?? []), known]);
    }
  }

  /** The kinds of credential that stand in a text. */
  kindsIn(text: string): string[] {
    const found = new Set<string>();
    for (let end = shortest; end <= text.length; end += 1) {
      for (const { kind, form } of this.#byEnd.get(text.slice(end - shortest, end)) ?? []) {
        if (text.startsWith(form, end - form.length)) found.add(kind);
      }
    }
    return [...found];
  }

  /** The text with nothing of a credential in it, for a finding's place. */
  redacted(text: string): string {
    return this.#forms.reduce((rest, { form }) => rest.replaceAll(form, '<credential>'), text);
  }
}

export function packedReadme(
  markdown: string,
  place: { readonly packed: readonly string[]; readonly repository?: string | undefined },
): string;

export function addressOf(
  repository: undefined | string | { readonly url: string },
): string | undefined;

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { credentialGuide } from '../../src/delivery/credential-guide.ts';
import { programOnPath } from '../harness/stage.ts';
import { ids } from '../support/builders.ts';

const ordinary = {
  connection: 'production',
  clientId: ids.client,
  issuer: `https://login.microsoftonline.com/${ids.tenant}/v2.0`,
  subject: '/eid1/c/pub/t/abc/a/def/sc/org/connection',
};

/** Names of projects and connections may hold nearly anything, in every language. */
const awkward = {
  ...ordinary,
  connection: "Zürich's 'shop' (${x}) \"!\" `id`",
  subject: 'sc://contoso/Zürich\'s shop/a "b" \\c ${d} %{e} $(f) `g` </pre>',
};

function snippets(guide: string): readonly { title: string; language: string; code: string }[] {
  const found = guide.matchAll(/^\*\*(.+)\*\*\n\n```(\w+)\n([^]*?)^```$/gm);
  return [...found].map(([, title = '', language = '', code = '']) => ({ title, language, code }));
}

/** What `az` would get as its arguments; the first question is answered by a name and a group. */
function argumentsOfAz(code: string): readonly string[] {
  const az =
    'az() { if [ "$2" = list ]; then echo "the-name the-group"; else printf "%s\\0" "$@"; fi; }';
  return execFileSync('bash', ['-euc', `${az}\n${code}`], { encoding: 'utf8' }).split('\0');
}

function valueAfter(name: string, args: readonly string[]): string | undefined {
  return args[args.indexOf(name) + 1];
}

for (const [kind, wanted] of [
  ['an ordinary', ordinary],
  ['an awkward', awkward],
] as const) {
  const all = snippets(credentialGuide(wanted));
  const codeOf = (title: string): string => {
    const found = all.find((snippet) => snippet.title === title);
    assert.ok(found, title);
    return found.code;
  };

  describe(`the guide to a federated credential for ${kind} connection`, () => {
    it('has both kinds of identity, each in three languages', () => {
      assert.deepEqual(
        all.map(({ title, language }) => `${title}: ${language}`),
        [
          'App registration, Azure CLI: bash',
          'Managed identity, Azure CLI: bash',
          'App registration, Terraform: hcl',
          'Managed identity, Terraform: hcl',
          'App registration, Bicep: bicep',
          'Managed identity, Bicep: bicep',
        ],
      );
    });

    it('shows the three that have to match, letter for letter', () => {
      const guide = credentialGuide(wanted);
      assert.ok(guide.includes(`issuer    ${wanted.issuer}\n`));
      assert.ok(guide.includes(`subject   ${wanted.subject}\n`));
      assert.ok(guide.includes('audience  api://AzureADTokenExchange\n'));
    });

    it('hands Azure CLI what an app registration needs', () => {
      const args = argumentsOfAz(codeOf('App registration, Azure CLI'));
      assert.equal(valueAfter('--id', args), wanted.clientId);
      const { name, ...rest } = JSON.parse(valueAfter('--parameters', args) ?? '') as {
        name: string;
      };
      assert.match(name, /^[A-Za-z0-9][\w-]{2,119}$/);
      const { issuer, subject } = wanted;
      assert.deepEqual(rest, { issuer, subject, audiences: ['api://AzureADTokenExchange'] });
    });

    it('hands Azure CLI what a managed identity needs, whose name it looks up', () => {
      const args = argumentsOfAz(codeOf('Managed identity, Azure CLI'));
      assert.deepEqual(args.slice(0, 3), ['identity', 'federated-credential', 'create']);
      assert.equal(valueAfter('--identity-name', args), 'the-name');
      assert.equal(valueAfter('--resource-group', args), 'the-group');
      assert.equal(valueAfter('--issuer', args), wanted.issuer);
      assert.equal(valueAfter('--subject', args), wanted.subject);
      assert.equal(valueAfter('--audiences', args), 'api://AzureADTokenExchange');
    });

    // The arguments of azurerm 5.12 and azuread 3, as their pages list them.
    for (const [title, names] of [
      [
        'App registration, Terraform',
        ['application_id', 'display_name', 'issuer', 'subject', 'audiences'],
      ],
      [
        'Managed identity, Terraform',
        ['user_assigned_identity_id', 'name', 'issuer', 'subject', 'audience'],
      ],
    ] as const) {
      it(`gives the resource the arguments that it takes: ${title}`, () => {
        const [, body = ''] = /^resource .*\{\n([^]*?)^\}$/m.exec(codeOf(title)) ?? [];
        const given = [...body.matchAll(/^ {2}(\w+) +=/gm)].map(([, name]) => name);
        assert.deepEqual(given, names);
      });
    }

    if (programOnPath('terraform') !== undefined) {
      for (const title of ['App registration, Terraform', 'Managed identity, Terraform']) {
        it(`is Terraform code, and formatted: ${title}`, () => {
          const code = codeOf(title);
          const formatted = execFileSync('terraform', ['fmt', '-'], {
            input: code,
            encoding: 'utf8',
            stdio: ['pipe', 'pipe', 'pipe'],
          });
          assert.equal(formatted, code);
        });
      }
    }

    it('writes strings that Bicep reads as they are', () => {
      for (const { code } of all.filter(({ language }) => language === 'bicep')) {
        const [, text = ''] = /subject: '(.*)'\n/.exec(code) ?? [];
        assert.equal(text.replace(/\\([\\'$])/g, '$1'), wanted.subject);
        assert.doesNotMatch(text, /(^|[^\\])(\\\\)*'|(^|[^\\])(\\\\)*\$\{/);
      }
    });

    it('holds no line that an agent would take for a command', () => {
      assert.doesNotMatch(credentialGuide(wanted), /##(vso)?\[/);
    });
  });
}

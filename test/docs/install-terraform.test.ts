import { zipSync } from 'fflate';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { programOnPath } from '../harness/stage.ts';
import { describeWith } from '../support/needs.ts';

const repository = join(import.meta.dirname, '..', '..');
const pages = ['docs/EXAMPLES.md'];
const pipelines = ['examples/four-hour-job/azure-pipelines.yml', '.ci/install-terraform.yml'];
const file = 'terraform_1.11.4_linux_amd64.zip';
const used = ['bash', 'cat', 'cp', 'grep', 'gzip', 'sha256sum', 'unzip'];

interface Step {
  readonly displayName?: string;
  readonly bash?: string;
}
interface Pipeline {
  readonly steps?: readonly Step[];
  readonly jobs?: readonly Pipeline[];
}

// The step is for Linux, whose images have no Terraform.
if (process.platform === 'linux')
  describeWith('unzip', 'The step that installs Terraform', () => {
    const [script = '', ...others] = [
      ...pages.flatMap((page) => snippetsOf(textOf(page))),
      ...pipelines.map(textOf),
    ].flatMap((yaml) => installingSteps(parse(yaml) as Pipeline));
    let folder: string;
    let temp: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'install-terraform-'));
      temp = join(folder, 'temp');
      for (const name of ['bin', 'temp', 'server']) mkdirSync(join(folder, name));
      for (const name of used) symlinkSync(programFile(name), join(folder, 'bin', name));
      // The address is the last argument, and its last part the name of the file.
      addProgram('curl', `for url; do :; done; cp "${join(folder, 'server')}/\${url##*/}" .`);
      const zip = zipSync({ terraform: Buffer.from('#!/bin/sh\necho Terraform\n') });
      writeFileSync(join(folder, 'server', file), zip);
      publishSum(createHash('sha256').update(zip).digest('hex'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('is the same on each page', () => {
      assert.equal(others.length, pages.length + pipelines.length - 1);
      for (const other of others) assert.equal(other, script);
    });

    it('puts the version that was checked on the path of later steps', () => {
      const { status, stdout, stderr } = run();
      assert.equal(status, 0, stderr);
      const [, path = ''] = /^##vso\[task\.prependpath\](.+)$/m.exec(stdout) ?? [];
      assert.ok(path.startsWith(temp), stdout);
      assert.ok(existsSync(join(path, 'terraform')));
    });

    it('fails on a file that is not the one of the checksum', () => {
      publishSum('0'.repeat(64));
      const { status, stdout } = run();
      assert.notEqual(status, 0);
      assert.doesNotMatch(stdout, /prependpath/);
    });

    it('fails where there is no checksum for the file', () => {
      writeFileSync(join(folder, 'server', 'terraform_1.11.4_SHA256SUMS'), '');
      const { status, stdout } = run();
      assert.notEqual(status, 0);
      assert.doesNotMatch(stdout, /prependpath/);
    });

    it('downloads nothing where Terraform is there', () => {
      addProgram('terraform', 'exit 1');
      rmSync(join(folder, 'bin', 'curl'));
      const { status, stdout, stderr } = run();
      assert.equal(status, 0, stderr);
      assert.equal(stdout, `${join(folder, 'bin', 'terraform')}\n`);
    });

    function addProgram(name: string, code: string): void {
      const path = join(folder, 'bin', name);
      writeFileSync(path, `#!${programFile('bash')}\n${code}\n`);
      chmodSync(path, 0o755);
    }

    function publishSum(sum: string): void {
      writeFileSync(
        join(folder, 'server', 'terraform_1.11.4_SHA256SUMS'),
        `${'1'.repeat(64)}  terraform_1.11.4_linux_arm64.zip\n${sum}  ${file}\n`,
      );
    }

    function run(): { status: number | null; stdout: string; stderr: string } {
      return spawnSync(join(folder, 'bin', 'bash'), ['--noprofile', '--norc', '-c', script], {
        env: { PATH: join(folder, 'bin'), AGENT_TEMPDIRECTORY: temp },
        encoding: 'utf8',
      });
    }
  });

function programFile(name: string): string {
  return join(programOnPath(name) ?? assert.fail(`${name} is missing`), name);
}

function textOf(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

function snippetsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
}

function installingSteps({ steps = [], jobs = [] }: Pipeline): string[] {
  const own = steps.filter(({ displayName }) => displayName === 'Install Terraform');
  return [...own.map(({ bash = '' }) => bash), ...jobs.flatMap(installingSteps)];
}

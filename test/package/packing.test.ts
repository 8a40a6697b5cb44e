import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  openPackage,
  repository,
  stagedManifest,
  taskContributions,
  taskManifest,
  taskNames,
  textOf,
  type ExtensionManifest,
  type PackedExtension,
  type TaskName,
} from './packed-extension.ts';

describe('Packing', () => {
  let folder: string;
  let staged: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packing-'));
    staged = join(folder, 'staged');
    cpSync(join(repository, 'build', 'extension'), staged, { recursive: true });
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('leaves one package, named after the publisher that was asked for', () => {
    const { status, said } = pack('--publisher', 'someone-else', '--preview');
    assert.equal(status, 0, said);
    const [name, ...others] = readdirSync(join(folder, 'dist'));
    assert.match(name ?? '', /^someone-else\.workload-identity-\d+\.\d+\.\d+\.vsix$/);
    assert.deepEqual(others, []);
  });

  it('fails where tfx only warns, and leaves no package', () => {
    rmSync(join(staged, 'TokenRefresher', 'stop.mjs'));
    const { status, said } = pack();
    assert.equal(status, 1);
    assert.match(said, /references file that does not exist: stop\.mjs/);
    assert.deepEqual(readdirSync(join(folder, 'dist')), []);
  });

  it('fails where tfx fails', () => {
    rmSync(join(staged, 'images', 'extension.png'));
    const { status } = pack();
    assert.equal(status, 1);
    assert.deepEqual(readdirSync(join(folder, 'dist')), []);
  });

  it('shows the release to everyone, and leaves it as it is otherwise', () => {
    pack('--public');
    const released = openPackage(join(folder, 'dist'));
    assert.equal(galleryFlagsOf(released), 'Public');
    for (const task of taskNames) {
      assert.equal(
        textOf(released, `${task}/task.json`),
        readFileSync(join(staged, task, 'task.json'), 'utf8'),
      );
    }
    pack();
    assert.equal(galleryFlagsOf(openPackage(join(folder, 'dist'))), undefined);
  });

  it('makes a preview that can stand beside the release, and that only its publisher shows', () => {
    const { status, said } = pack('--preview');
    assert.equal(status, 0, said);
    const preview = openPackage(join(folder, 'dist'));
    assert.equal(galleryFlagsOf(preview), 'Preview');
    assert.match(textOf(preview, 'extension.vsixmanifest'), /<DisplayName>[^<]+ \(preview\)</);
    const tasks = taskNames.map((task) => taskManifest(preview, task));
    // Computed by Python: uuid.uuid5(uuid.UUID(<the task's ID>), 'preview').
    assert.deepEqual(
      tasks.map(({ id }) => id),
      [
        '5459fbbc-9db0-555a-a3a4-b49b7a389f05',
        '90ecf28a-3784-52b6-ba04-5a72b66b8193',
        '91536882-edf1-5718-b375-d32a81cc7a59',
      ],
    );
    assert.deepEqual(
      tasks.map(({ name }) => name),
      taskNames.map((task) => `${task}Preview`),
    );
    assert.deepEqual(
      supportedTasks(preview),
      tasks.map(({ id }) => id),
    );
    for (const { friendlyName } of tasks) assert.match(friendlyName, /^.{1,30} \(preview\)$/);
  });

  it('gives a preview the tasks that the smoke test names', () => {
    pack('--preview', '--publisher', 'workload-identity-preview');
    const preview = openPackage(join(folder, 'dist'));
    const { id } = stagedManifest();
    const packed = taskContributions(stagedManifest()).map((contribution) => {
      const { name, version } = taskManifest(preview, contribution.properties.name as TaskName);
      return `workload-identity-preview.${id}.${contribution.id}.${name}@${version.Major}`;
    });
    const { steps } = parse(
      readFileSync(join(repository, 'azure-pipelines-smoke.yml'), 'utf8'),
    ) as { readonly steps: readonly { readonly task?: string }[] };
    const named = steps.flatMap(({ task }) => task ?? []);
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((task) => !packed.includes(task)),
      [],
    );
  });

  it('refuses an address for a folder that was built without one', () => {
    const { status, said } = pack('--repository', 'https://example.com/contoso/tasks');
    assert.equal(status, 1);
    assert.match(said, /--repository changes what is built/);
  });

  it('gives extension and tasks a last part of their version, so that both are taken for new', () => {
    const { status, said } = pack('--patch', '20417');
    assert.equal(status, 0, said);
    const [name = ''] = readdirSync(join(folder, 'dist'));
    assert.match(name, /-\d+\.\d+\.20417\.vsix$/);
    const packed = openPackage(join(folder, 'dist'));
    for (const task of taskNames) {
      const { version } = taskManifest(packed, task);
      assert.ok(name.endsWith(`-${version.Major}.${version.Minor}.${version.Patch}.vsix`), task);
    }
  });

  it('refuses a last part that is no number, and leaves no package', () => {
    for (const patch of ['20417-beta', '2147483648', '']) {
      const { status, said } = pack(`--patch=${patch}`);
      assert.equal(status, 1, patch);
      assert.match(said, /--patch must be a whole number/);
      assert.deepEqual(readdirSync(join(folder, 'dist')), []);
    }
  });

  /** On whose runs the results tab shows, by the packed manifest. */
  function supportedTasks(extension: PackedExtension): readonly string[] | undefined {
    const { contributions } = JSON.parse(
      textOf(extension, 'extension.vsomanifest'),
    ) as ExtensionManifest;
    return contributions.find(({ id }) => id === 'run-tab')?.properties.supportsTasks;
  }

  function galleryFlagsOf(extension: PackedExtension): string | undefined {
    const manifest = textOf(extension, 'extension.vsixmanifest');
    return /<GalleryFlags>(.+)<\/GalleryFlags>/.exec(manifest)?.[1];
  }

  function pack(...options: string[]): { status: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(repository, 'scripts', 'package.mjs'),
        ...['--staged', staged, '--output', join(folder, 'dist')],
        ...options,
      ],
      { encoding: 'utf8' },
    );
    return { status, said: `${stdout}${stderr}` };
  }
});

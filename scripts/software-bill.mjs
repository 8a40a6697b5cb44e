// The bill of materials of the package: what npm knows of each package that is bundled, in CycloneDX.
import { spawnSync } from 'node:child_process';

/**
 * The bill as text, the same for each build of the same sources: without npm's time and serial number.
 *
 * @param {string} root of the repository, with its lock file, from which npm reads without a network
 * @param {readonly { name: string, version: string }[]} bundled
 * @returns {string}
 */
export function softwareBill(root, bundled) {
  const { serialNumber, metadata, components, dependencies, ...others } = askNpm(root);
  const { timestamp, component, ...aboutTheBill } = metadata;
  const refs = new Set(bundled.map(({ name, version }) => `${name}@${version}`));
  const known = components.filter((entry) => refs.has(entry['bom-ref']));
  if (known.length !== refs.size) {
    const missing = [...refs].filter((ref) => !known.some((entry) => entry['bom-ref'] === ref));
    throw new Error(`npm sbom does not know what is bundled: ${missing.join(', ')}.`);
  }
  const product = component['bom-ref'];
  const bill = {
    ...others,
    // npm takes the name of the folder.
    metadata: {
      ...aboutTheBill,
      component: { ...component, name: product.replace(/@[^@]+$/, '') },
    },
    components: known,
    dependencies: dependencies
      .filter(({ ref }) => ref === product || refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => refs.has(on)) })),
  };
  return `${JSON.stringify(bill, null, 1)}\n`;
}

function askNpm(root) {
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--offline'],
    { cwd: root, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`npm sbom failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout);
}

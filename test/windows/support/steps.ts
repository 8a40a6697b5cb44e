import type { Platform } from './platforms.ts';

export const refresher = (connection: string): string => `
  - task: TokenRefresher@1
    inputs: { azureSubscription: ${connection}, managedIdentity: true }
`;

export const login = (connection: string, more = ', tools: none'): string => `
  - task: FederatedLogin@1
    inputs: { azureSubscription: ${connection}${more} }
`;

export const terraform = (connection: string, more = ''): string => `
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: ${connection}${more} }
`;

/** A script of one program, which takes the place of its shell where it can. */
export const program = (
  words: string,
  displayName: string,
  { isWindows }: Platform,
  env = '',
): string => `
  - script: ${isWindows ? '' : 'exec '}${words}
    displayName: ${displayName}
    env: { ${env} }
`;

/** Puts a folder of tools before all others on the path of later steps; its script is in `programs/`. */
export const toolsOnPath = (folder: string): string => `
  - script: node path.mjs
    displayName: path
    env: { TOOLS: '${folder}' }
`;

/** A step that holds its job up until the test lets it go. */
export const holdStep = (place: string, platform: Platform): string =>
  program(`node hold.mjs ${place}`, `hold ${place}`, platform);

import type { Plugin } from 'esbuild';

export function smallSdk(root: string): Plugin;

import type { Plugin } from 'esbuild';

export function ofProcess(process: 'task' | 'broker'): Plugin;

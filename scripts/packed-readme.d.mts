export function packedReadme(
  markdown: string,
  place: {
    readonly packed: readonly string[];
    readonly repository?: string | undefined;
    readonly folder?: string;
  },
): string;

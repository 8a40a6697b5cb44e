export function addressOf(
  repository: undefined | string | { readonly url: string },
): string | undefined;

export function documentAt(address: string, path: string): string;

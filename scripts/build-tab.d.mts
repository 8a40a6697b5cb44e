export function remedies(root: string): Promise<Readonly<Record<string, string>>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** An environment as Node shows that of Windows: names as they were set, found in any case. */
export function windowsEnvironment(variables: Environment): Environment {
  const find = (name: string | symbol): string | undefined =>
    Object.entries(variables).find(
      ([known]) => known.toUpperCase() === String(name).toUpperCase(),
    )?.[1];
  return new Proxy(variables, { get: (_, name) => find(name) });
}

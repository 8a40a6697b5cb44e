/**
 * The content of `clouds.config` with the active subscription of a cloud, which az goes back to after
 * `az cloud set` to another one; what else is there stays.
 * @param before the content until now; undefined where there is none.
 */
export function withActiveSubscription(
  before: string | undefined,
  cloud: string,
  subscriptionId: string,
): string {
  const line = `subscription = ${subscriptionId}`;
  const lines = (before ?? '').split('\n');
  const head = lines.findIndex((each) => each.trim() === `[${cloud}]`);
  if (head < 0) return `${before ?? ''}[${cloud}]\n${line}\n\n`;
  const next = lines.findIndex((each, index) => index > head && each.startsWith('['));
  const end = next < 0 ? lines.length : next;
  const isOld = (each: string, index: number): boolean =>
    index > head && index < end && /^subscription\s*[=:]/i.test(each);
  return lines
    .flatMap((each, index) => (index === head ? [each, line] : isOld(each, index) ? [] : [each]))
    .join('\n');
}

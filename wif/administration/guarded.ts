import { AdministrationError } from './errors.ts';
import { problem, unknown, type Finding } from './findings.ts';

/** What cannot be looked at is a finding too, also where nobody is signed in to Entra. */
export async function guarded<T>(
  check: string,
  findings: Finding[],
  look: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AdministrationError)) throw error;
    const isFact = error.code === 'IDENTITY_NOT_FOUND';
    const text = `${error.message} ${error.remedy}`;
    findings.push(isFact ? problem(check, text) : unknown(check, text));
    return undefined;
  }
}

/** What a `User-Agent` begins with or contains, and who that is; the first that fits counts. */
const kinds: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/azurecli|azure-?cli/i, 'Azure CLI'],
  [/azsdk-js|azsdk-node/i, 'Azure SDK for JavaScript'],
  [/azsdk-python/i, 'Azure SDK for Python'],
  [/azsdk-net/i, 'Azure SDK for .NET'],
  [/azsdk-java/i, 'Azure SDK for Java'],
  [/azcopy/i, 'AzCopy'],
  [/azsdk-go/i, 'Azure SDK for Go'],
  [/azurepowershell|pscore|psversion/i, 'Azure PowerShell'],
  [/terraform|hashicorp|opentofu/i, 'Terraform'],
  [/google-cloud-sdk|gcloud/i, 'Google Cloud CLI'],
  [/google-api-nodejs-client/i, 'Google library for JavaScript'],
  [/google-http-java-client/i, 'Google library for Java'],
  [/^go-http-client/i, 'Go program (Terraform, azd, …)'],
  [/^python/i, 'Python program (Azure CLI, …)'],
  [/^java|okhttp/i, 'Java program'],
  [/^curl/i, 'curl'],
  [/^workload-identity-task/i, 'these tasks'],
  [/node/i, 'Node program'],
];

/** A short name for a kind of client, for the report: never the header itself. */
export function clientKind(userAgent: string | undefined): string {
  if (userAgent === undefined || userAgent === '') return 'unnamed program';
  return kinds.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other program';
}

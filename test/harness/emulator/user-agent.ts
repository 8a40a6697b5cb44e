/** Patterns in the order of their narrowness: the first that fits names the client. */
const clients: readonly (readonly [RegExp, string])[] = [
  [/terraform-provider-(\w+)/i, 'terraform-provider'],
  [/terraform/i, 'terraform'],
  [/opentofu/i, 'opentofu'],
  [/hashicorp/i, 'terraform'],
  [/azurepowershell|AzPS/i, 'azure-powershell'],
  [/azurecli|AZURECLI/i, 'azure-cli'],
  [/azsdk-js/i, 'azsdk-js'],
  [/azsdk-python/i, 'azsdk-python'],
  [/azsdk-go/i, 'azsdk-go'],
  [/azsdk-net/i, 'azsdk-net'],
  [/azsdk-java/i, 'azsdk-java'],
  [/msal\.js/i, 'azsdk-js'],
  [/msal\.python/i, 'msal-python'],
  [/msal\.go/i, 'azsdk-go'],
  [/MSAL/i, 'msal'],
  [/core-rest-pipeline/i, 'azsdk-js'],
  [/vsts-node-api|azure-devops-node-api/i, 'azure-devops-node-api'],
  [/python-requests/i, 'python-requests'],
  [/azcopy/i, 'azcopy'],
  [/Go-http-client/i, 'go'],
  [/curl/i, 'curl'],
  [/^node|undici/i, 'node'],
];

/** A short name for a client, from its `User-Agent` and, behind it, MSAL's `x-client-sku`. */
export function clientName(headers: Readonly<Record<string, string>>): string {
  const told = [headers['user-agent'] ?? '', headers['x-client-sku'] ?? ''];
  for (const text of told) {
    const match = clients.find(([pattern]) => pattern.test(text));
    if (match) return match[1];
  }
  return told[0] === '' ? 'none' : 'other';
}

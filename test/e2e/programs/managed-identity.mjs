// A program that makes its credential once and asks the managed-identity endpoint.
import { ManagedIdentityCredential } from '@azure/identity';
import { pollResourceManager } from './poll.mjs';

// With the file set, this SDK would exchange its content instead (and keep that for minutes).
delete process.env.AZURE_FEDERATED_TOKEN_FILE;
const credential = new ManagedIdentityCredential({ clientId: process.env.AZURE_CLIENT_ID });
await pollResourceManager(() => credential);

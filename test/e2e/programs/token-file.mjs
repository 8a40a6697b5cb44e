// A program that reads the token file at every request: a new credential each time.
import { WorkloadIdentityCredential } from '@azure/identity';
import { pollResourceManager } from './poll.mjs';

await pollResourceManager(() => new WorkloadIdentityCredential());

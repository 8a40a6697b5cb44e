// Reads what kubelogin gives to kubectl, and fails where its token is not good any more.
import { text } from 'node:stream/consumers';

const { status } = JSON.parse(await text(process.stdin));
const claims = JSON.parse(Buffer.from(status.token.split('.')[1], 'base64url'));
if (claims.exp * 1000 < Date.now()) throw new Error('kubelogin gave a token that has expired.');
console.log(`a token for ${claims.aud}, good until ${status.expirationTimestamp}`);

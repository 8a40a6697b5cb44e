// Lists a bucket once a second with @aws-sdk. Unlike other SDKs it takes no proxy from the environment.
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const require = createRequire(process.env.PACKAGES);
const { S3Client, ListObjectsV2Command } = require('@aws-sdk/client-s3');
const { HttpsProxyAgent } = require('https-proxy-agent');
const requestHandler = { httpsAgent: new HttpsProxyAgent(process.env.HTTPS_PROXY) };
const client = new S3Client({ requestHandler });
const until = Date.now() + Number(process.env.PLAY_SECONDS) * 1000;
do {
  await client.send(new ListObjectsV2Command({ Bucket: 'contoso-state' }));
  await pause(1000);
} while (Date.now() < until);

import { deepEqual, equal, throws } from 'node:assert/strict';
import { readPipeline } from './pipeline.ts';

describe('a pipeline', () => {
  it('may be steps alone, as text or as object', () => {
    const text = 'variables: { a: 1.10, b: true }\nsteps:\n- script: echo\n  enabled: no\n';
    const job = readPipeline(text);
    deepEqual(job.variables, { a: '1.10', b: 'true' });
    deepEqual(job.steps, [{ script: 'echo', enabled: 'no' }]);
    const steps = [{ script: 'echo', continueOnError: true }];
    deepEqual(readPipeline({ steps }).steps, [{ script: 'echo', continueOnError: 'true' }]);
  });

  it('may have stages, jobs, deployments, variable lists and parameters', () => {
    const text = `
parameters:
- name: connection
  default: azure
variables:
- name: outer
  value: o
- group: ignored
stages:
- stage: one
  jobs:
  - job: first
    steps: []
  - deployment: second
    displayName: The second
    environment: production
    variables: { inner: i }
    strategy:
      runOnce:
        deploy:
          steps:
          - task: Some@1
            inputs: { azureSubscription: '\${{ parameters.connection }}' }
`;
    equal(readPipeline(text).name, 'first');
    const job = readPipeline(text, 'second');
    equal(job.displayName, 'The second');
    equal(job.environment, 'production');
    deepEqual(job.variables, { outer: 'o', inner: 'i' });
    deepEqual(job.steps, [{ task: 'Some@1', inputs: { azureSubscription: 'azure' } }]);
    throws(() => readPipeline(text, 'third'), /no job third/);
  });
});

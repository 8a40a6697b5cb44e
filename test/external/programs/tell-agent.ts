import { refusal } from '../../../src/errors.ts';
// A task, or its clean-up, whose story tells what the agent gave it, or fails as it is told to.
import { runCleanUp, runTask } from '../../../src/external/agent/pipeline-agent.ts';

const run = process.argv[2] === 'clean-up' ? runCleanUp : runTask;

await run((agent) => {
  if (agent.input('fail') === 'told')
    throw refusal('INPUT_INVALID', 'It is ##vso[x]wrong.', 'Mend it.');
  if (agent.input('fail') === 'unforeseen') throw new RangeError('hidden text');
  const { jobVariables, network, tempDirectory, workerPid } = agent;
  const seen = {
    job: { ...jobVariables, jobAccessToken: jobVariables.jobAccessToken?.reveal() },
    proxy: { ...network.proxy, password: network.proxy?.password?.reveal() },
    authoritiesFile: network.authoritiesFile,
    tempDirectory,
    hasWorker: workerPid === process.ppid,
    input: agent.input('azureSubscription'),
    endpoint: agent.endpoint('CONNECTION-1'),
    missing: agent.endpoint('another') === undefined,
    present: agent.presentVariables().filter(({ name }) => name.startsWith('AZURE_')),
  };
  agent.say(`SEEN ${JSON.stringify(seen)}`);
  return Promise.resolve();
});

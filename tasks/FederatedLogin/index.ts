// First: what it begins goes on while the rest is loaded.
import { headStart } from '../shared/ahead.ts';
import { sharedFolders } from '../../src/external/files/shared-folders.ts';
import { runStory } from '../shared/wiring.ts';
import { federatedLogin } from './federated-login.ts';

runStory((world) => federatedLogin({ ...world, shared: sharedFolders }), headStart);

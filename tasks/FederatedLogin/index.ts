import { runStory } from '../wiring.ts';
import { federatedLogin } from './federated-login.ts';

runStory(federatedLogin);

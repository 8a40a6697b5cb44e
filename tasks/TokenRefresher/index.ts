import { runStory } from '../wiring.ts';
import { tokenRefresher } from './token-refresher.ts';

runStory(tokenRefresher);

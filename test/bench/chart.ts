import type { Figure } from './figures.ts';
import { memoryPeers, startUpPeers, type Peer } from './peers.ts';
import { plan } from './settings.ts';

interface Bar extends Peer {
  readonly kind: 'ours' | 'peer' | 'yardstick';
}

interface Panel {
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly Bar[];
  /** Where the scale ends; a bar beyond it is cut, and says so. */
  readonly longest: number;
  readonly format: (value: number) => string;
}

const colours = { ours: '#1769c2', peer: '#b9c4cf', yardstick: '#e3e8ed' } as const;
const width = 900;
const labelWidth = 330;
const barWidth = 470;
const rowHeight = 26;

/** Start-up times and memory beside those of the peers, as a drawing for the page. */
export function drawChart(figures: readonly Figure[]): string {
  const panels = [startUpPanel(figures), memoryPanel(figures)];
  let y = 58;
  const drawn = panels.map((panel) => {
    const at = y;
    y += 54 + panel.bars.length * rowHeight + 16;
    return draw(panel, at);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" font-family="Segoe UI, DejaVu Sans, Verdana, sans-serif" font-size="13" fill="#1b2733">`,
    '  <title>What the tasks cost</title>',
    `  <desc>${escaped(panels.map(described).join(' '))}</desc>`,
    `  <rect x="0.5" y="0.5" width="${width - 1}" height="${y - 1}" rx="10" fill="#ffffff" stroke="#d5dde5" />`,
    ...legend(),
    ...drawn.flat(),
    '</svg>',
    '',
  ].join('\n');
}

function startUpPanel(figures: readonly Figure[]): Panel {
  const ours = (name: string, what: string, to: string): Bar[] =>
    bar(name, figures, (one) => one.what === what && one.to === to);
  const bars: Bar[] = [
    ...ours('TerraformOidcEnv, mode native', 'TerraformOidcEnv, native', 'B'),
    ...ours('TerraformOidcEnv that joins the broker', 'joining the broker', 'B'),
    ...ours('FederatedLogin: both tokens', 'FederatedLogin', 'B'),
    ...ours('two requests and nothing else', 'F2', 'B').map((one) => ({
      ...one,
      kind: 'yardstick' as const,
    })),
    ...startUpPeers.map((peer) => ({ ...peer, kind: 'peer' as const })),
  ];
  return {
    title: 'From the start of a step to its end',
    subtitle: 'in times of an empty node program; Node 24, servers without distance',
    bars,
    longest: 8,
    format: (value) => `${value.toFixed(value >= 20 ? 0 : 1)} ×`,
  };
}

function memoryPanel(figures: readonly Figure[]): Panel {
  const ours = (name: string, what: string): Bar[] =>
    bar(name, figures, (one) => one.what === what && one.unit === 'MiB');
  const [, most] = plan.load;
  const bars: Bar[] = [
    ...ours('a node that does nothing', 'idle node: RSS').map((one) => ({
      ...one,
      kind: 'yardstick' as const,
    })),
    ...ours('the broker: three connections, at rest', 'broker at rest, three connections: RSS'),
    ...ours(
      `the broker after ${most.toLocaleString('en')} requests`,
      `${most} fresh connections: RSS`,
    ),
    ...memoryPeers.map((peer) => ({ ...peer, kind: 'peer' as const })),
  ];
  return {
    title: 'Memory while the job runs',
    subtitle: 'resident set in MiB; Node 24',
    bars,
    longest: 165,
    format: (value) => `${value.toFixed(0)} MiB`,
  };
}

function bar(name: string, figures: readonly Figure[], isWanted: (one: Figure) => boolean): Bar[] {
  const found = figures.find((one) => one.node === '24' && isWanted(one));
  return found === undefined ? [] : [{ name, value: found.value.median, kind: 'ours' }];
}

function draw({ title, subtitle, bars, longest, format }: Panel, top: number): string[] {
  const lines = [
    `  <text x="24" y="${top + 16}" font-weight="600" font-size="15" fill="#0b3b66">${escaped(title)}</text>`,
    `  <text x="24" y="${top + 35}" fill="#5a6b7b">${escaped(subtitle)}</text>`,
  ];
  for (const [index, { name, value, kind }] of bars.entries()) {
    const y = top + 48 + index * rowHeight;
    const isCut = value > longest;
    const length = Math.round((Math.min(value, longest) / longest) * (barWidth - 10));
    const weight = kind === 'ours' ? ' font-weight="600"' : '';
    lines.push(
      `  <text x="${labelWidth - 12}" y="${y + 14}" text-anchor="end"${weight}>${escaped(name)}</text>`,
      `  <rect x="${labelWidth}" y="${y}" width="${length}" height="18" rx="3" fill="${colours[kind]}" />`,
      ...(isCut ? [cut(labelWidth + length - 34, y)] : []),
      `  <text x="${labelWidth + length + 8}" y="${y + 14}"${weight}>${format(value)}</text>`,
    );
  }
  return lines;
}

/** Two white strokes through a bar that is longer than the drawing. */
function cut(x: number, y: number): string {
  return `  <path d="M${x} ${y + 20}l8 -22M${x + 8} ${y + 20}l8 -22" stroke="#ffffff" stroke-width="3" />`;
}

function legend(): string[] {
  const entries = [
    ['ours', 'this extension'],
    ['peer', 'others'],
    ['yardstick', 'the least that is possible'],
  ] as const;
  let x = 24;
  return entries.flatMap(([kind, text]) => {
    const at = x;
    x += 40 + text.length * 7.2;
    return [
      `  <rect x="${at}" y="24" width="14" height="14" rx="3" fill="${colours[kind]}" />`,
      `  <text x="${at + 21}" y="36">${text}</text>`,
    ];
  });
}

function described({ title, bars, format }: Panel): string {
  return `${title}: ${bars.map(({ name, value }) => `${name} ${format(value)}`).join('; ')}.`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Some of the variables of Azure DevOps' two themes, as it gives them to a tab. */
export const themes = {
  light: {
    'background-color': 'rgba(255, 255, 255, 1)',
    'text-primary-color': 'rgba(0, 0, 0, .9)',
    'text-secondary-color': 'rgba(0, 0, 0, .55)',
    'border-subtle-color': 'rgba(0, 0, 0, .08)',
    'communication-background': 'rgba(0, 120, 212, 1)',
    'communication-foreground': 'rgba(0, 90, 158, 1)',
    'status-error-foreground': 'rgba(205, 74, 69, 1)',
    'status-error-text': 'rgba(177, 18, 20, 1)',
    'status-warning-foreground': 'rgba(214, 127, 60, 1)',
    'status-success-foreground': 'rgba(85, 163, 98, 1)',
    'palette-neutral-80': '51, 51, 51',
    'focus-border-color': 'rgba(0, 120, 212, 1)',
  },
  dark: {
    'background-color': 'rgba(32, 31, 30, 1)',
    'text-primary-color': 'rgba(255, 255, 255, 1)',
    'text-secondary-color': 'rgba(255, 255, 255, .7)',
    'border-subtle-color': 'rgba(255, 255, 255, .14)',
    'communication-background': 'rgba(33, 150, 235, 1)',
    'communication-foreground': 'rgba(55, 148, 255, 1)',
    'status-error-foreground': 'rgba(234, 112, 107, 1)',
    'status-error-text': 'rgba(255, 167, 164, 1)',
    'status-warning-foreground': 'rgba(222, 144, 84, 1)',
    'status-success-foreground': 'rgba(110, 188, 122, 1)',
    'palette-neutral-80': '220, 220, 220',
    'focus-border-color': 'rgba(55, 148, 255, 1)',
  },
} as const;

export type Theme = keyof typeof themes;

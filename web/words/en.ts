/** The sentences of the app. Another language is another file of this shape. */
export const words = {
  close: 'Close',
  undo: 'Undo',
  copy: 'Copy',
  copied: 'Copied',
  loading: 'Loading…',
  nothingHere: 'There is nothing at this address.',
  nav: {
    main: 'Main',
    home: 'Home',
    incidents: 'Incidents',
    alerts: 'Alerts',
    onCall: 'On-call',
    services: 'Services',
    reliability: 'Reliability',
    settings: 'Settings',
    me: 'Me',
    security: 'Sign-in and security',
    more: 'More',
    signOut: 'Sign out',
    skip: 'Skip to the page',
  },
  strip: {
    label: 'For everybody',
    paused:
      'Restored from a backup: nothing is sent until somebody resumes. Run: npx allclear resume',
    offline: (at: string) => `Offline, as of ${at}. It may have changed since`,
    newBuild: 'There is a new version of Allclear.',
    reload: 'Reload',
    reconnecting: (at: string) => `Reconnecting, last sync ${at}`,
    live: (severity: string, name: string) => `${severity} live · ${name}`,
    commands: (name: string) => `${name} commands`,
    nobody: 'Nobody commands',
    critical: (count: number) =>
      count === 1
        ? 'One critical alert, and nobody has it'
        : `${count} critical alerts, and nobody has them`,
  },
  palette: {
    open: 'Search and do anything',
    title: 'Commands',
    search: 'Type what you want to do or open',
    nothing: 'Nothing of that name.',
    alert: 'alert',
    schedule: 'schedule',
    service: 'service',
  },
  shortcuts: {
    open: 'Show the keys',
    title: 'Keys',
    everywhere: 'Everywhere',
    palette: 'Ctrl K or ⌘K opens the palette: every action has its name there.',
  },
  look: {
    theme: 'Theme',
    system: 'as the system',
    dark: 'dark',
    light: 'light',
    density: 'Rows',
    comfortable: 'comfortable',
    compact: 'compact',
  },
} as const

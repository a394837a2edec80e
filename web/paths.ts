/** Every address of the app, in one place. */
export const paths = {
  home: '/',
  alerts: '/alerts',
  alert: (name: string) => `/alerts/${encodeURIComponent(name)}`,
  oncall: '/on-call',
  calendars: '/calendars',
  services: '/services',
  reliability: '/reliability',
  me: '/me',
  security: '/me/security',
  sources: '/sources',
  silences: '/silences',
  settings: '/settings',
  phone: '/dev/phone',
  signIn: '/sign-in',
  setup: '/setup',
  welcome: '/welcome',
} as const

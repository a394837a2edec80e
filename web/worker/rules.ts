/**
 * What the service worker does with a request. Answers to a few questions are kept, so that a phone
 * without a network shows the last state and says of when it is; everything else is left alone.
 */

/** In what is kept, when it was answered; in what is shown, that it is an answer of then. */
export const AS_OF = 'x-allclear-as-of'
/** The cache of answers. It belongs to whoever is signed in, and is emptied when that changes. */
export const ANSWERS = 'answers'
/** The caches of what the app consists of, one a build. */
export const SHELL = 'shell '

/** As long as a session may live: what is older is not shown. */
export const KEPT_MS_MAX = 7 * 24 * 3_600_000
export const ANSWERS_MAX = 60
/** On a bad network, what is known is shown after so long. */
export const ANSWER_WAIT_MS = 6_000
export const PAGE_WAIT_MS = 3_000

/** Home, alerts, on-call, incidents: what somebody looks at who was woken. Nothing of sign-in, settings or contacts. */
const KEPT =
  /^\/api\/v1\/(me|owed|handoffs|covers|services|who|(alerts|schedules|incidents)(\/[^/]+)?)$/

/** After these somebody else may stand before the screen. */
const ENTRANCES = /^\/api\/v1\/(login(\/.*)?|logout|setup|invitations\/accept)$/

/** Addresses that are not the app: links of pages, machines' doors, the way to the sign-in provider. */
const NOT_THE_APP = /^\/(p|api|hooks|in|v2|sign-in\/oidc|cal|metrics|health|healthz)(\/|$)/

export type Asked = { method: string; mode: string; url: URL; origin: string }

export type What = 'leave' | 'forget' | 'page' | 'file' | 'answer'

export function whatToDo({ method, mode, url, origin }: Asked): What {
  if (url.origin !== origin) return 'leave'
  const { pathname, searchParams } = url
  if (method === 'POST' && ENTRANCES.test(pathname)) return 'forget'
  if (method !== 'GET') return 'leave'
  if (mode === 'navigate') {
    if (pathname.startsWith('/sign-in/oidc')) return 'forget'
    return NOT_THE_APP.test(pathname) ? 'leave' : 'page'
  }
  if (pathname.startsWith('/assets/')) return 'file'
  // A search is asked once; keeping each would push out what is looked at every day.
  return KEPT.test(pathname) && !searchParams.has('q') ? 'answer' : 'leave'
}

/** The answer of something on the way that does not reach us: ours are JSON. */
export const isUnreachable = (status: number, type: string | null): boolean =>
  status >= 502 && status <= 504 && !/^application\/(problem\+)?json\b/.test(type ?? '')

export const isTooOld = (asOf: string | null, now: number): boolean => {
  const at = Date.parse(asOf ?? '')
  return Number.isNaN(at) || now - at > KEPT_MS_MAX
}

/** Shells that are not needed any more: a tab that is open may still fetch parts of the build before. */
export function oldShells(names: readonly string[], current: string): string[] {
  const before = names.filter((name) => name.startsWith(SHELL) && name !== current)
  return before.slice(0, -1)
}

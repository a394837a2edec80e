/** What a provider can do to a message (R4). The names are those of what the sender meets. */
export const BEHAVIOURS = [
  'ok',
  'slow',
  'hang',
  'failed500',
  'unavailable503',
  'limited429',
  'refused400',
  'unauthorized401',
  'missing404',
  'gone410',
  'acceptedThenTimeout',
  'halfAnswer',
  'okWithErrorBody',
  'reset',
  'tlsFailure',
  'dnsFailure',
] as const

export type Behaviour = (typeof BEHAVIOURS)[number]

/** What can happen to a delivery callback; for channels that have one. */
export const CALLBACKS = ['once', 'lost', 'late', 'twice'] as const
export type CallbackBehaviour = (typeof CALLBACKS)[number]

/** Seconds that a provider asks for in Retry-After. */
export const RETRY_AFTER_SECONDS = 7

/** Behaviours after which the provider has the message, whatever the sender was told. */
const ACCEPTING: ReadonlySet<Behaviour> = new Set([
  'ok',
  'slow',
  'acceptedThenTimeout',
  'halfAnswer',
])

export const accepts = (behaviour: Behaviour): boolean => ACCEPTING.has(behaviour)

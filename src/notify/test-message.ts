import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Outgoing } from './channel.ts'

/**
 * What a person gets who tries one of their contacts.
 * @param code that they say back, which proves that it reached them; null: nothing is to be proven
 */
export const testMessage = (test: { id: Id; at: Instant; code: string | null }): Outgoing => ({
  kind: 'test',
  idempotencyKey: `test:${test.id}`,
  attemptId: test.id,
  at: test.at,
  urgency: 'high',
  title: 'Test page from Allclear',
  body: [
    ...(test.code === null ? [] : [`Your code is ${test.code}. It is good for 10 minutes.`]),
    'If you can read this, this way of reaching you works. Nothing is broken, and nobody else was told.',
  ].join('\n'),
  url: null,
  actions: [],
  data: test.code === null ? {} : { code: test.code },
  drill: false,
})

/** The daily check of a contact. There is nothing to do, and it says so. */
export const canaryMessage = (check: { id: Id; at: Instant }): Outgoing => ({
  ...testMessage({ ...check, code: null }),
  urgency: 'low',
  title: 'Daily check from Allclear',
  body: 'This way of reaching you works. Nothing is broken, and there is nothing to do.',
})

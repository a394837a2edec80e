/**
 * A phone, a mailbox and a chat on the screen: what would have been sent, without an account
 * anywhere. Nothing leaves the process; the last few messages are kept in memory.
 */
import { type Channel, type Outgoing, presentable, textOf } from '../../notify/channel.ts'
import { describePretend } from './describe.ts'

export { describePretend } from './describe.ts'

export const DEVICES = ['phone', 'mailbox', 'chat'] as const
export type Device = (typeof DEVICES)[number]

/** `number` counts up from 1, so that a screen can tell what it has shown already. */
export type Pretended = { number: number; device: Device; message: Outgoing }

export const PRETENDED_MAX = 200
const TITLE_MAX = 500
const BODY_MAX = 5_000

export type PretendScreen = Channel & {
  /** The latest messages, the oldest first. */
  shown(): readonly Pretended[]
  /** Calls the listener for every message from now on; gives back what ends that. */
  onShow(listener: (one: Pretended) => void): () => void
}

export function createPretendChannel(): PretendScreen {
  const shown: Pretended[] = []
  const listeners = new Set<(one: Pretended) => void>()
  let count = 0
  return {
    describe: describePretend,
    shown: () => [...shown],
    onShow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async send(message, to, signal) {
      if (signal.aborted) return { kind: 'tryAgain', reason: 'aborted' }
      const wanted = textOf(to.contact, 'device')
      const device = DEVICES.find((one) => one === wanted) ?? 'phone'
      count += 1
      const one = { number: count, device, message: short(message) }
      shown.push(one)
      if (shown.length > PRETENDED_MAX) shown.shift()
      for (const listener of listeners) tell(listener, one)
      return { kind: 'sent', providerId: `pretend-${count}` }
    },
  }
}

const short = (message: Outgoing): Outgoing => ({
  ...message,
  title: presentable(message.title, TITLE_MAX),
  body: presentable(message.body, BODY_MAX),
})

/** A screen that fails must not make a message look unsent. */
function tell(listener: (one: Pretended) => void, one: Pretended): void {
  try {
    listener(one)
  } catch {
    // The screen is a mere onlooker: it has nobody to report to from here.
  }
}

/** A phone, a mailbox and a chat on the screen: what would have been sent, without an account anywhere. */
import type { Channel, ChannelDescription, Outgoing } from '../../notify/channel.ts'

export const describePretend: ChannelDescription = {
  kind: 'pretend',
  label: 'On screen',
  loudness: 'push',
  needs: 'nothing',
  contact: [{ name: 'device', label: 'Device', kind: 'text', required: false, help: 'phone, mailbox or chat' }],
  settings: [],
}

export type Pretended = { device: string; message: Outgoing }

export const PRETENDED_MAX = 200

export type PretendScreen = Channel & {
  shown(): readonly Pretended[]
  onShow(listener: (one: Pretended) => void): () => void
}

export function createPretendChannel(): PretendScreen {
  const shown: Pretended[] = []
  const listeners = new Set<(one: Pretended) => void>()
  return {
    describe: describePretend,
    shown: () => shown,
    onShow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async send(message, to) {
      const one = { device: String(to.contact.device ?? 'phone'), message }
      shown.push(one)
      if (shown.length > PRETENDED_MAX) shown.shift()
      for (const listener of listeners) listener(one)
      return { kind: 'sent', providerId: null }
    },
  }
}

import type { ChannelDescription } from '../../notify/channel.ts'

export const describePretend: ChannelDescription = {
  kind: 'pretend',
  label: 'On screen',
  loudness: 'push',
  needs: 'nothing',
  contact: [
    {
      name: 'device',
      label: 'Device',
      kind: 'text',
      required: false,
      help: 'phone, mailbox or chat',
    },
  ],
  settings: [],
}

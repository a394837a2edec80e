import type { ChannelDescription } from '../../notify/channel.ts'

export const describeNtfy: ChannelDescription = {
  kind: 'ntfy',
  label: 'ntfy push',
  loudness: 'push',
  needs: 'outbound',
  contact: [
    {
      name: 'topic',
      label: 'Topic',
      kind: 'text',
      required: true,
      help: 'Long and unguessable: whoever knows it can read along.',
    },
  ],
  settings: [
    {
      name: 'base_url',
      label: 'Server',
      kind: 'url',
      required: false,
      help: 'https://ntfy.sh, or a server of your own.',
    },
    { name: 'token', label: 'Access token', kind: 'secret', required: false },
  ],
}

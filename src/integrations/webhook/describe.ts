import type { ChannelDescription } from '../../notify/channel.ts'

export const describeWebhook: ChannelDescription = {
  kind: 'webhook',
  label: 'Webhook',
  loudness: 'push',
  needs: 'outbound',
  contact: [
    { name: 'url', label: 'Address', kind: 'url', required: true },
    {
      name: 'secret',
      label: 'Signing secret',
      kind: 'secret',
      required: false,
      help: 'whsec_ and 24 to 64 random bytes in base64; two of them, with a blank between, while it is being changed. Left out: the organisation signs with its own.',
    },
    {
      name: 'bundle',
      label: 'Bundle storms',
      kind: 'boolean',
      required: false,
      help: 'Off for machines that want every page on its own.',
    },
  ],
  settings: [
    {
      name: 'secret',
      label: 'Signing secret',
      kind: 'secret',
      required: false,
      help: 'Signs the webhooks of contacts without a secret of their own.',
    },
  ],
}

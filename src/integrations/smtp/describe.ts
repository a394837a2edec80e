import type { ChannelDescription } from '../../notify/channel.ts'

export const describeEmail: ChannelDescription = {
  kind: 'email',
  label: 'E-mail',
  loudness: 'quiet',
  needs: 'outbound',
  contact: [{ name: 'address', label: 'Address', kind: 'email', required: true }],
  settings: [
    { name: 'host', label: 'SMTP server', kind: 'text', required: true },
    {
      name: 'port',
      label: 'Port',
      kind: 'number',
      required: false,
      help: '587 by default. 465 where TLS comes first, 25 for a relay inside.',
    },
    {
      name: 'secure',
      label: 'TLS from the start',
      kind: 'boolean',
      required: false,
      help: 'On for port 465. Otherwise STARTTLS is used, and insisted upon unless the server is inside.',
    },
    { name: 'user', label: 'User', kind: 'text', required: false },
    { name: 'password', label: 'Password', kind: 'secret', required: false },
    { name: 'from', label: 'From', kind: 'email', required: true },
    {
      name: 'reply_to',
      label: 'Answers to',
      kind: 'email',
      required: false,
      help: 'An address whose mail reaches ALLCLEAR_MAIL_PORT, with at most 11 characters before the @. Pages can then be answered by mail.',
    },
  ],
}

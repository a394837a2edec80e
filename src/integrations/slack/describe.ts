import type { ChannelDescription } from '../../notify/channel.ts'

export const describeSlack: ChannelDescription = {
  kind: 'slack',
  label: 'Slack',
  loudness: 'push',
  needs: 'outbound',
  contact: [
    {
      name: 'user',
      label: 'Member',
      kind: 'text',
      required: true,
      help: 'A member ID (U0123ABCD, in the profile under “Copy member ID”), or the e-mail address used in Slack.',
    },
  ],
  settings: [
    {
      name: 'bot_token',
      label: 'Bot token',
      kind: 'secret',
      required: true,
      help: 'xoxb-…, from “OAuth & Permissions” of the app.',
    },
    {
      name: 'signing_secret',
      label: 'Signing secret',
      kind: 'secret',
      required: false,
      help: 'From “Basic Information”. Needed for buttons where Slack calls us.',
    },
    {
      name: 'app_token',
      label: 'App token',
      kind: 'secret',
      required: false,
      help: 'xapp-…, with connections:write. Buttons then work without a public address (socket mode).',
    },
    {
      name: 'base_url',
      label: 'Web API',
      kind: 'url',
      required: false,
      help: 'https://slack.com/api, or a proxy of your own.',
    },
  ],
}

import type { ChannelDescription } from '../../notify/channel.ts'

export const describeTelegram: ChannelDescription = {
  kind: 'telegram',
  label: 'Telegram',
  loudness: 'push',
  needs: 'outbound',
  contact: [
    {
      name: 'chat',
      label: 'Chat',
      kind: 'text',
      required: true,
      help: 'Send /start to the bot: it answers with the number of your chat with it.',
    },
  ],
  settings: [
    {
      name: 'bot_token',
      label: 'Bot token',
      kind: 'secret',
      required: true,
      help: 'From @BotFather: 123456:ABC…',
    },
    {
      name: 'webhook_secret',
      label: 'Webhook secret',
      kind: 'secret',
      required: false,
      help: 'Only where Telegram calls us: the secret_token given to setWebhook. Left out: Telegram is asked instead, and no public address is needed.',
    },
    {
      name: 'base_url',
      label: 'Bot API',
      kind: 'url',
      required: false,
      help: 'https://api.telegram.org, or a Bot API server of your own.',
    },
  ],
}

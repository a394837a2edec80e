import { type ChannelDescription, textOf } from '../../notify/channel.ts'

export const WEB_PUSH = 'web-push'

/** A contact is one browser. What it has besides its name it says itself, when its owner uses it. */
export const describeWebPush: ChannelDescription = {
  kind: WEB_PUSH,
  label: 'Browser',
  loudness: 'push',
  needs: 'outbound',
  contact: [
    { name: 'browser', label: 'Browser', kind: 'text', required: false },
    { name: 'endpoint', label: 'Address at its push service', kind: 'secret', required: false },
    { name: 'public_key', label: 'Key of the browser', kind: 'secret', required: false },
    { name: 'auth_secret', label: 'Secret of the browser', kind: 'secret', required: false },
  ],
  addsItself: true,
  settings: [
    {
      name: 'contact',
      label: 'Who push services may write to',
      kind: 'email',
      required: false,
      help: 'Left out: the address of Allclear.',
    },
    {
      name: 'private_key',
      label: 'Private key (VAPID)',
      kind: 'secret',
      required: false,
      help: 'Left out: one of the instance. With another key every browser has to be used anew.',
    },
  ],
  whyRefused: (contact) =>
    textOf(contact, 'endpoint') === '' && typeof contact.endpoint !== 'object'
      ? 'only the browser itself can add it: its owner presses “Use this browser” in it'
      : null,
}

/** The suite of every channel, over the telephone with one carrier, whose settings are those asked for. */
import type { Egress } from '../../egress/egress.ts'
import type { Carrier, Medium } from '../../notify/carrier.ts'
import type { Channel } from '../../notify/channel.ts'
import type { CarrierDeps } from '../carrier.ts'
import { createTelephoneChannel } from './send.ts'
import { createStandings } from './standings.ts'

export const NUMBER = '+351912345678'
export const PUBLIC_URL = 'https://allclear.example.com'

export function overOneCarrier(
  create: (deps: CarrierDeps) => Carrier,
  medium: Medium,
  publicUrl: string | null = PUBLIC_URL,
): (egress: Egress, callMs?: number) => Channel {
  return (egress, callMs) => {
    const carrier = create({ egress, callMs, publicUrl })
    const { kind, settings } = carrier.describe
    const channel = createTelephoneChannel(medium, [carrier], createStandings())
    return {
      describe: { ...channel.describe, settings },
      send: (message, to, signal) =>
        channel.send(
          message,
          { contact: to.contact, settings: { carriers: { [kind]: to.settings } } },
          signal,
        ),
    }
  }
}

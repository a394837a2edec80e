import { useQuery } from '@tanstack/react-query'
import { get } from '../api.ts'
import { Ago, Card, Complaint } from '../ui/parts.tsx'

type PretendedShown = {
  device: string
  title: string
  body: string
  url: string | null
  at: string
  urgency: string
}

export function PhonePage() {
  const found = useQuery({
    queryKey: ['live', 'pretend'],
    queryFn: () => get<{ messages: PretendedShown[] }>('/pretend'),
    refetchInterval: 1_000,
  })
  const messages = found.data?.messages ?? []
  return (
    <div className="grid gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Phone, mailbox and chat on screen</h1>
      <Complaint of={found.error} />
      <div className="grid gap-4 lg:grid-cols-3 items-start">
        {['phone', 'mailbox', 'chat'].map((device) => (
          <Card key={device} title={device}>
            {messages
              .filter((one) => one.device === device)
              .toReversed()
              .map((one, index) => (
                <div
                  key={`${one.at}${index}`}
                  className="py-2 border-t border-line first:border-t-0"
                >
                  <p className="font-semibold wrap-anywhere">{one.title}</p>
                  <p className="text-mute whitespace-pre-line wrap-anywhere">{one.body}</p>
                  <p className="text-mute text-[12.5px] flex gap-3">
                    <Ago at={one.at} />
                    {one.url ? (
                      <a className="underline underline-offset-4" href={one.url}>
                        answer
                      </a>
                    ) : null}
                  </p>
                </div>
              ))}
            {messages.some((one) => one.device === device) ? null : (
              <p className="text-mute">
                Nothing so far. Give somebody a contact of kind <code>pretend</code>.
              </p>
            )}
          </Card>
        ))}
      </div>
    </div>
  )
}

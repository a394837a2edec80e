import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { EnrolmentShown } from '../../src/contract/sign-in.ts'
import { post } from '../api.ts'
import { Button, Complaint } from '../ui/parts.tsx'
import { CodeField, EnrolmentPicture, RecoveryCodes } from './codes.tsx'

/** What a right password is answered with. */
export type Entry = {
  needs?: 'totp' | 'enrolTotp'
  challenge?: string
  enrolment?: EnrolmentShown
}

const goIn = (): void => location.assign('/')

/** After the password: a code, or setting up the app that shows them. */
export function SecondStep({ entry, onAgain }: { entry: Entry; onAgain: () => void }) {
  const [code, setCode] = useState('')
  const enter = useMutation({
    mutationFn: () =>
      post<{ recoveryCodes?: string[] }>('/login/totp', { challenge: entry.challenge, code }),
    onSuccess: (made) => (made.recoveryCodes ? undefined : goIn()),
  })
  if (enter.data?.recoveryCodes)
    return (
      <div className="grid gap-4">
        <RecoveryCodes codes={enter.data.recoveryCodes} />
        <Button tone="main" onClick={goIn}>
          I have kept them
        </Button>
      </div>
    )
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        enter.mutate()
      }}
    >
      {entry.enrolment ? (
        <>
          <p className="text-mute">Admins need a code besides their password here.</p>
          <EnrolmentPicture of={entry.enrolment} />
        </>
      ) : null}
      <CodeField
        label="Code"
        help={
          entry.enrolment
            ? 'The six digits that the app shows now.'
            : 'The six digits of your authenticator app, or a recovery code.'
        }
        value={code}
        onChange={setCode}
      />
      <Complaint of={enter.error} />
      <Button type="submit" tone="main" disabled={enter.isPending}>
        Go in
      </Button>
      <Button tone="quiet" onClick={onAgain}>
        Begin again
      </Button>
    </form>
  )
}

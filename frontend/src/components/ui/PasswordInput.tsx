import { useState } from 'react';
import { IconButton } from './Button';
import { type TextInputProps, useField } from './Field';
import * as texts from '@/texts/common';

/** A field for a secret, which can be made readable. */
export function PasswordInput(props: TextInputProps) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <IconButton
      size={26}
      tabIndex={-1}
      aria-label={texts.showPassword}
      aria-pressed={shown}
      // The field keeps the focus.
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => setShown(!shown)}
    >
      <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7">
        <path d="M2 12c5-8 15-8 20 0c-5 8-15 8-20 0Z" />
        <circle cx="12" cy="12" r="3" />
        {shown && <path d="M4 4l16 16" />}
      </svg>
    </IconButton>
  );
  const { input, around } = useField({ ...props, rightSection: toggle });
  return around(<input {...input} type={shown ? 'text' : 'password'} />);
}

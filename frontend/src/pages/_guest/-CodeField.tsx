import { Notice } from '@/components/Notice';
import { TextInput, type TextInputProps } from '@/components/ui/Field';
import * as texts from '@/texts/passkey';

/** Takes a recovery code where the password alone is not enough. */
export default function CodeField(props: TextInputProps) {
  return (
    <>
      <Notice tone="warn" title={texts.passkeyNeeded}>
        {texts.usePasskeyOrCode}
      </Notice>
      <TextInput
        label={texts.recoveryCode}
        description={texts.eachCodeWorksOnce}
        autoComplete="one-time-code"
        {...props}
      />
    </>
  );
}

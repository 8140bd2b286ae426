import { TextLink } from '../links';
import { Notice } from '../Notice';
import { useMe } from '../useMe';
import * as texts from '@/texts/passkey';

/** Shows an administrator that their rights wait for a passkey. */
export function PasskeyNeeded() {
  const me = useMe();
  if (me?.needsPasskey !== true) return null;
  return (
    <Notice tone="warn" title={texts.rightsWait}>
      {texts.rightsWaitAbout} <TextLink to="/account">{texts.addOne}</TextLink>
    </Notice>
  );
}

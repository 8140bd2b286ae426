import { TextLink } from '../links';
import { Notice } from '../Notice';
import * as texts from '@/texts/passkey';

/** Shows an administrator that their rights wait for a passkey. */
export default function PasskeyNeeded() {
  return (
    <Notice tone="warn" title={texts.rightsWait}>
      {texts.rightsWaitAbout} <TextLink to="/account">{texts.addOne}</TextLink>
    </Notice>
  );
}

import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/account/tokens')({ component: () => <p>soon</p> });

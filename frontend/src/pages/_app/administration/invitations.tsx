import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/administration/invitations')({ component: () => <p>soon</p> });

import '@livekit/components-styles';
import './styles/base.css';
import './styles/pages.css';
import './styles/call.css';
import './styles/consent.css';
import './styles/advice.css';
import './styles/settings.css';
import './styles/meetings.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './components/App';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

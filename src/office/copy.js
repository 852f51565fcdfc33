// Puts a button beside each value that copies it. Without it, one press on the
// value selects it whole.
for (const value of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  const { copy, copied, name } = value.dataset;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = copy;
  button.setAttribute('aria-label', `${copy}: ${name}`);
  const told = document.createElement('span');
  told.className = 'muted';
  told.setAttribute('role', 'status');
  button.addEventListener('click', async () => {
    for (const other of document.querySelectorAll('.values [role="status"]')) other.textContent = '';
    await navigator.clipboard.writeText(value.textContent);
    told.textContent = copied;
  });
  value.after(button, told);
}

// A file is put into the text field that is sent, where it can be looked at first. Nothing is sent by choosing it.
document.addEventListener('change', async ({ target }) => {
  if (!target.matches('input[type=file][data-fill]')) return;
  const [file] = target.files;
  if (file === undefined) return;
  const field = document.getElementById(target.dataset.fill);
  field.value = await file.text();
  field.focus();
});

// The way on to GitHub: browsers hold a form's redirect to this server, so its answer is a page whose one link is followed at once.
const go = document.querySelector('a[data-go]');
if (go !== null) location.replace(go.href);

// What has to be typed before something is destroyed: until then the button waits.
document.querySelectorAll('[data-confirm]').forEach((input) => {
  const button = input.form.querySelector('button[type=submit]');
  button.disabled = input.value !== input.dataset.confirm;
});

// What is chosen counts once it was taken over: until then nothing is sent with the former choices.
document.querySelectorAll('[data-choices]').forEach((form) => {
  const button = document.getElementById(form.dataset.choices);
  form.addEventListener('input', () => {
    if (button === null) return;
    button.disabled = true;
    button.querySelector('span').textContent = 'Take over your choices first';
    form.querySelector('button[type=submit]').classList.add('btn-primary');
  });
});

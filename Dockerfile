# The app as a container: slim, without root, its numerical core compiled. `python -m tests.container` walks through
# these steps where no engine runs. Nothing else of the folder is copied, so no .dockerignore is needed.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    HOST=0.0.0.0 \
    PORT=8050 \
    LOG_FORMAT=json \
    NUMBA_CACHE_DIR=/home/app/compiled \
    MPLCONFIGDIR=/home/app/matplotlib

# Spaces of Hugging Face run as user 1000.
RUN useradd --create-home --uid 1000 app

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --quiet -r requirements.txt
COPY app.py LICENSE pyproject.toml ./
COPY dynamics dynamics
COPY components components
COPY assets assets
RUN python -m compileall -q app.py components dynamics

USER app
# Folders of volumes, which take over their owner.
RUN mkdir -m 700 /home/app/images /home/app/stories
# For the processor it is built on. On another one the app compiles for one or two minutes when it starts, and says so.
RUN python -c "import dynamics; dynamics.warm_up()"
# matplotlib looks for fonts once.
RUN python -c "import matplotlib.font_manager"

EXPOSE 8050
# Ready, not only alive: what comes before the end of the start period does not count.
HEALTHCHECK --interval=30s --timeout=5s --start-period=300s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/ready', timeout=4)"]
CMD ["gunicorn", "--config", "python:components.operations.gunicorn_conf", "app:server"]

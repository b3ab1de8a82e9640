@echo off
rem `driftline` in the terminals of VS Code: see the file without an ending beside this one.
setlocal
set ELECTRON_RUN_AS_NODE=1
if "%DRIFTLINE_NODE%"=="" set DRIFTLINE_NODE=node
"%DRIFTLINE_NODE%" "%~dp0..\dist\cli.cjs" %*
